-- 核定金额等于当学期的资助标准；按学校收费的等于批准的收费
-- 核定结果 {id}（{name}，{programme}）为 {amount_fen} 分，标准或收费为 {standard_fen} 分。
SELECT e.id, t.name, p.name AS programme, e.amount_fen, COALESCE(d.amount_fen, f.amount_fen) AS standard_fen
  FROM eligibility_entitlement e
  JOIN eligibility_run n ON n.id = e.run_id
  JOIN county_semester m ON m.id = n.semester_id
  JOIN students_student t ON t.id = e.student_id
  JOIN eligibility_aidprogramme p ON p.id = e.programme_id
  LEFT JOIN eligibility_aidstandard d ON d.id = e.standard_id
 CROSS JOIN LATERAL (SELECT CASE WHEN d.by_school_fee THEN (e.facts ->> 'fee_fen')::bigint END AS amount_fen) f
 WHERE e.granted <> (e.amount_fen > 0) OR e.granted <> (e.reason_code = 'GRANTED')
    OR (e.granted AND (d.id IS NULL OR e.rule_id IS NULL OR d.programme_id <> e.programme_id
        OR NOT m.starts_on <@ d.during OR e.amount_fen IS DISTINCT FROM COALESCE(d.amount_fen, f.amount_fen)))
