-- 每笔资助的学生在核定时在籍在校，本学期有就读记录
-- 名册明细 {id}（{name}）核定时的状况是 {standing}，就读记录为 {placement}。
SELECT l.id, t.name, e.facts ->> 'standing' AS standing, COALESCE(q.standing, '无') AS placement
  FROM disbursement_rosterline l
  JOIN students_student t ON t.id = l.student_id
  LEFT JOIN eligibility_entitlement e ON e.id = l.entitlement_id
  LEFT JOIN students_placement q ON q.student_id = l.student_id AND q.semester_id = l.semester_id
 WHERE l.state IN ('ACCEPTED', 'HELD')
   AND (e.facts ->> 'standing' IS DISTINCT FROM 'GO' OR q.id IS NULL)
