-- 一名学生一学期一个项目至多一笔资助
-- 学生 {id}（{name}）在 {semester} 的“{programme}”有 {grants} 笔资助。
SELECT l.student_id AS id, t.name, s.code AS semester, p.name AS programme, count(*) AS grants
  FROM disbursement_rosterline l
  JOIN students_student t ON t.id = l.student_id
  JOIN county_semester s ON s.id = l.semester_id
  JOIN eligibility_aidprogramme p ON p.id = l.programme_id
 WHERE l.state IN ('ACCEPTED', 'HELD')
 GROUP BY l.student_id, t.name, s.code, p.name
HAVING count(*) > 1
