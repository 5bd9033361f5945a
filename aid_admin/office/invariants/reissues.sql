-- 补发只针对同一笔资助的失败发放，失败的一笔只补发一次
-- 发放明细 {id}（批次 {no} 第 {line_no} 笔）是对 {first} 的补发，而那一笔状态为 {first_state}。
SELECT p.id, b.no, p.line_no, f.id AS first, f.state AS first_state
  FROM disbursement_paymentline p
  JOIN disbursement_disbursementbatch b ON b.id = p.batch_id
  JOIN disbursement_paymentline f ON f.id = p.retry_of_id
 WHERE f.state NOT IN ('FAILED', 'RETURNED_LATER') AND NOT (f.state = 'PAID' AND p.state IN ('FAILED', 'RETURNED_LATER'))
    OR f.roster_line_id <> p.roster_line_id
    OR f.amount_fen <> p.amount_fen
