-- 一份名册的拟稿、上报、初审、复审是不同的人，且各步都有人签
-- 名册 {id}（{name}，{state}）有两步是同一人办理，或缺少经手人。
SELECT r.id, s.name || g.name AS name, r.state
  FROM disbursement_roster r
  JOIN county_school s ON s.id = r.school_id
  JOIN eligibility_aidprogramme g ON g.id = r.programme_id
 WHERE r.prepared_by_id IN (r.submitted_by_id, r.reviewed_by_id, r.approved_by_id)
    OR r.submitted_by_id IN (r.reviewed_by_id, r.approved_by_id)
    OR r.reviewed_by_id = r.approved_by_id
    OR (r.state IN ('SUBMITTED', 'REVIEWED', 'APPROVED', 'CONFIRMED') AND r.submitted_by_id IS NULL)
    OR (r.state IN ('REVIEWED', 'APPROVED', 'CONFIRMED') AND r.reviewed_by_id IS NULL)
    OR (r.state IN ('APPROVED', 'CONFIRMED') AND r.approved_by_id IS NULL)
    OR (r.state = 'CONFIRMED' AND r.confirmed_by_id IS NULL)
