-- 发放的每一笔都来自已确认名册中通过的明细，金额和学生相同
-- 发放明细 {id}（批次 {no} 第 {line_no} 笔，{name}）对应的名册为 {roster_state}、明细为 {line_state}，金额 {amount_fen} 分对 {roster_fen} 分。
SELECT p.id, b.no, p.line_no, t.name, r.state AS roster_state, l.state AS line_state, p.amount_fen,
       l.amount_fen AS roster_fen
  FROM disbursement_paymentline p
  JOIN disbursement_disbursementbatch b ON b.id = p.batch_id
  JOIN students_student t ON t.id = p.student_id
  JOIN disbursement_rosterline l ON l.id = p.roster_line_id
  JOIN disbursement_roster r ON r.id = l.roster_id
 WHERE p.state IN ('WAITING', 'SENT', 'UNKNOWN', 'PAID')
   AND (r.state <> 'CONFIRMED' OR l.state <> 'ACCEPTED' OR l.amount_fen <> p.amount_fen
        OR l.student_id <> p.student_id OR l.programme_id <> p.programme_id OR r.school_id <> p.school_id)
