-- 一名学生至多一个可用账户
-- 学生 {id}（{name}）有 {accounts} 个已核对且未停用的账户。
SELECT a.student_id AS id, t.name, count(*) AS accounts
  FROM students_bankaccount a
  JOIN students_student t ON t.id = a.student_id
 WHERE a.verified_by_id IS NOT NULL AND a.ended_at IS NULL
 GROUP BY a.student_id, t.name
HAVING count(*) > 1
