-- 每笔资助的金额、学生和项目与其核定结果一致
-- 名册明细 {id}（{name}，{programme}）为 {amount_fen} 分，核定结果为 {entitled_fen} 分。
SELECT l.id, t.name, p.name AS programme, l.amount_fen, e.amount_fen AS entitled_fen
  FROM disbursement_rosterline l
  JOIN students_student t ON t.id = l.student_id
  JOIN eligibility_aidprogramme p ON p.id = l.programme_id
  LEFT JOIN eligibility_entitlement e ON e.id = l.entitlement_id
 WHERE l.state IN ('ACCEPTED', 'HELD')
   AND (e.id IS NULL OR NOT e.granted OR e.amount_fen <> l.amount_fen OR e.student_id <> l.student_id
        OR e.programme_id <> l.programme_id)
