-- 银行结果只登记一次，与发放明细相符
-- 发放明细 {id}（批次 {no} 第 {line_no} 笔，{state} {code}）有 {booked} 条相同的银行结果，应为 1 条（核定改过的另计）。
SELECT p.id, b.no, p.line_no, p.state, p.code, count(r.id) AS booked
  FROM disbursement_paymentline p
  JOIN disbursement_disbursementbatch b ON b.id = p.batch_id AND b.mode = 'ACCOUNT'
  LEFT JOIN (disbursement_returnline r LEFT JOIN disbursement_returndecision d ON d.return_line_id = r.id)
         ON r.payment_line_id = p.id AND r.code = p.code AND r.amount_fen = p.amount_fen AND r.batch_id = p.batch_id
        AND (r.match = 'MATCHED' OR d.verdict = 'TAKEN')
 WHERE p.state IN ('PAID', 'UNKNOWN', 'RETURNED_LATER') OR (p.state = 'FAILED' AND b.state <> 'ABORTED')
 GROUP BY p.id, b.no, p.line_no, p.state, p.code
HAVING count(r.id) = 0 OR count(r.id) > 1 + (
       SELECT count(*) FROM disbursement_returndecision d JOIN disbursement_returnline r ON r.id = d.return_line_id
        WHERE d.verdict = 'TAKEN' AND r.payment_line_id = p.id)
