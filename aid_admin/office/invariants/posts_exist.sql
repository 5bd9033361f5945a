-- 岗位任职中的学校代码和乡镇代码都存在
-- 岗位 {id}（{username}，{role}）的学校或乡镇代码 {code} 不存在。
SELECT a.id, u.username, a.role, a.school_code || a.township_code AS code
  FROM accounts_roleassignment a
  JOIN accounts_user u ON u.id = a.user_id
 WHERE (a.until IS NULL OR a.until > now())
   AND ((a.school_code <> '' AND NOT EXISTS (SELECT 1 FROM county_school s WHERE s.code = a.school_code))
        OR (a.township_code <> '' AND NOT EXISTS (SELECT 1 FROM county_township w WHERE w.code = a.township_code)))
