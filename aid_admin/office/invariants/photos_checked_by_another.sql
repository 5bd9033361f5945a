-- 公示照片由上传人以外的人核查
-- 照片 {id}（{school}，{moment}）由上传人 {who} 本人核查。
SELECT e.id, s.name AS school, e.moment, u.username AS who
  FROM disbursement_publicityevidence e
  JOIN county_school s ON s.id = e.school_id
  JOIN accounts_user u ON u.id = e.by_id
 WHERE e.checked_by_id = e.by_id
