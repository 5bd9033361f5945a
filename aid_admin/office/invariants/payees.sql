-- 银行代发的每一笔付给学生本人名下登记的账户；减免没有账户
-- 发放明细 {id}（批次 {no} 第 {line_no} 笔，{name}）的收款账户不是该生登记的账户，或方式不符。
SELECT p.id, b.no, p.line_no, t.name
  FROM disbursement_paymentline p
  JOIN disbursement_disbursementbatch b ON b.id = p.batch_id
  JOIN eligibility_aidprogramme g ON g.id = p.programme_id
  JOIN students_student t ON t.id = p.student_id
  LEFT JOIN students_bankaccount a ON a.id = p.account_id
 WHERE (b.mode = 'ACCOUNT') <> (g.payment_mode = 'ACCOUNT')
    OR (b.mode = 'WAIVER' AND (p.account_id IS NOT NULL OR p.account_no IS NOT NULL))
    OR (b.mode = 'ACCOUNT' AND (a.id IS NULL OR a.student_id <> p.student_id OR a.bank <> b.bank
        OR a.verified_by_id IS NULL OR a.account_no IS DISTINCT FROM p.account_no OR a.holder_name <> p.payee_name))
