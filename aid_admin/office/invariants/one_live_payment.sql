-- 一笔资助至多一次有效发放
-- 名册明细 {id}（{name}）有 {payments} 笔有效发放：{batches}。
SELECT l.id, t.name, count(*) AS payments, string_agg(b.no || '-' || p.line_no, '、' ORDER BY p.id) AS batches
  FROM disbursement_paymentline p
  JOIN disbursement_disbursementbatch b ON b.id = p.batch_id
  JOIN disbursement_rosterline l ON l.id = p.roster_line_id
  JOIN students_student t ON t.id = l.student_id
 WHERE p.state IN ('WAITING', 'SENT', 'UNKNOWN', 'PAID')
 GROUP BY l.id, t.name
HAVING count(*) > 1
