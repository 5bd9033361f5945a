-- 已锁定批次登记的笔数和金额等于其明细
-- 批次 {id}（{no}）登记 {line_count} 笔、{total_fen} 分，明细为 {lines} 笔、{fen} 分。
SELECT b.id, b.no, b.line_count, b.total_fen, x.lines, x.fen
  FROM disbursement_disbursementbatch b
 CROSS JOIN LATERAL (SELECT count(*) AS lines, COALESCE(sum(p.amount_fen), 0) AS fen
                       FROM disbursement_paymentline p WHERE p.batch_id = b.id) x
 WHERE b.state IN ('LOCKED', 'REVIEWED', 'RELEASED', 'SENT', 'CLOSED')
   AND (b.line_count, b.total_fen) IS DISTINCT FROM (x.lines::int, x.fen::bigint)
