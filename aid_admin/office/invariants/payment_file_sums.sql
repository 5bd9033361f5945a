-- 代发文件的笔数和金额等于其批次，且批次已放行
-- 批次 {id}（{no}，{state}）的代发文件为 {line_count} 笔、{total_fen} 分，批次为 {lines} 笔、{fen} 分。
SELECT b.id, b.no, b.state, f.line_count, f.total_fen, b.line_count AS lines, b.total_fen AS fen
  FROM disbursement_paymentfile f
  JOIN disbursement_disbursementbatch b ON b.id = f.batch_id
  JOIN files_storedfile s ON s.id = f.stored_file_id
 WHERE b.mode <> 'ACCOUNT' OR b.released_by_id IS NULL OR s.sha256 <> f.sha256
    OR (f.line_count, f.total_fen) IS DISTINCT FROM (b.line_count, b.total_fen)
