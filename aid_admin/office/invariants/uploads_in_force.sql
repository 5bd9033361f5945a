-- 生效的文件都已提交；部门名单由提交人以外的人复核
-- 导入 {id}（{kind}，{state}）生效不合规定：提交人 {proposed}，复核人 {confirmed}。
SELECT u.id, u.kind, u.state, a.username AS proposed, COALESCE(b.username, '无') AS confirmed
  FROM intake_inforce f
  JOIN intake_upload u ON u.id = f.upload_id
  JOIN accounts_user a ON a.id = f.proposed_by_id
  LEFT JOIN accounts_user b ON b.id = f.confirmed_by_id
 WHERE u.state <> 'COMMITTED' OR f.kind <> u.kind
    OR f.confirmed_by_id = f.proposed_by_id
    OR (f.confirmed_by_id IS NULL AND f.kind IN
        ('poverty', 'low_income', 'extreme_poverty', 'orphans', 'unattended', 'disability', 'martyrs'))
