-- 一名学生一学期只在一处就读
-- 学生 {id}（{name}）在 {semester} 有 {places} 条就读记录。
SELECT q.student_id AS id, t.name, s.code AS semester, count(*) AS places
  FROM students_placement q
  JOIN students_student t ON t.id = q.student_id
  JOIN county_semester s ON s.id = q.semester_id
 GROUP BY q.student_id, t.name, s.code
HAVING count(*) > 1
