-- 每个已提交文件的可导入行都已入库
-- 导入 {id}（{kind}）可导入 {accepted} 行，入库 {stored} 行。
WITH stored AS (
    SELECT upload_id, count(*) AS stored FROM students_enrolmentrecord GROUP BY upload_id
    UNION ALL SELECT upload_id, count(*) FROM students_attendancerecord GROUP BY upload_id
    UNION ALL SELECT upload_id, count(*) FROM students_accountrow GROUP BY upload_id
    UNION ALL SELECT upload_id, count(*) FROM eligibility_registryrecord GROUP BY upload_id
    UNION ALL SELECT upload_id, count(*) FROM eligibility_applicationrow GROUP BY upload_id
    UNION ALL SELECT upload_id, count(*) FROM disbursement_filedline GROUP BY upload_id
    UNION ALL SELECT upload_id, count(*) FROM disbursement_returnline WHERE match = 'MATCHED' GROUP BY upload_id
    UNION ALL SELECT upload_id, count(*) FROM intake_schoolrow GROUP BY upload_id
    UNION ALL SELECT upload_id, count(*) FROM intake_feerow GROUP BY upload_id)
SELECT u.id, u.kind, u.accepted, COALESCE(s.stored, 0) AS stored
  FROM intake_upload u
  LEFT JOIN stored s ON s.upload_id = u.id
 WHERE u.state = 'COMMITTED' AND u.accepted <> COALESCE(s.stored, 0)
