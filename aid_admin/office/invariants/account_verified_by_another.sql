-- 账户由提出人以外的人核对
-- 账户 {id}（{name}，第 {version} 版）的提出人和核对人都是 {who}，或核对人不完整。
SELECT a.id, t.name, a.version, u.username AS who
  FROM students_bankaccount a
  JOIN students_student t ON t.id = a.student_id
  LEFT JOIN accounts_user u ON u.id = a.verified_by_id
 WHERE a.verified_by_id = a.proposed_by_id
    OR (a.verified_by_id IS NULL) <> (a.verified_at IS NULL)
