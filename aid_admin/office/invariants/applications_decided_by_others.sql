-- 认定申请的录入、评议、认定是不同的人
-- 认定申请 {id}（{name}，{state}）有两步是同一人办理，或认定后没有档次和决定人。
SELECT a.id, t.name, a.state
  FROM eligibility_aidapplication a
  JOIN students_student t ON t.id = a.student_id
 WHERE a.entered_by_id IN (a.school_reviewed_by_id, a.decided_by_id)
    OR a.school_reviewed_by_id = a.decided_by_id
    OR (a.state = 'RECOGNISED' AND (a.decided_by_id IS NULL OR a.recognised_tier = ''))
