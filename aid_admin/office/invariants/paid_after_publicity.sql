-- 发放的每一笔都公示过：名单上有此人，公示已结束且满规定的日历日和工作日
-- 发放明细 {id}（{name}）所在公示“{title}”：{started_on} 至 {ended_on}，状态 {state}，名单上{listed}此人。
WITH days AS (
    SELECT q.id AS period_id, count(*) FILTER (
               WHERE COALESCE(h.is_workday, extract(isodow FROM d.day) < 6)) AS workdays,
           q.ended_on - q.started_on AS days
      FROM disbursement_publicityperiod q
     CROSS JOIN LATERAL generate_series(q.started_on + 1, q.ended_on, interval '1 day') AS d(day)
      LEFT JOIN county_holiday h ON h.day = d.day::date
     WHERE q.state = 'ENDED'
     GROUP BY q.id)
SELECT p.id, t.name, COALESCE(q.title, '') AS title, q.started_on, q.ended_on, q.state,
       CASE WHEN w.id IS NULL THEN '没有' ELSE '有' END AS listed
  FROM disbursement_paymentline p
  JOIN students_student t ON t.id = p.student_id
  JOIN disbursement_rosterline l ON l.id = p.roster_line_id
  JOIN disbursement_roster r ON r.id = l.roster_id
  JOIN county_semester m ON m.id = r.semester_id
  LEFT JOIN disbursement_publicityperiod q ON q.id = r.period_id
  LEFT JOIN disbursement_publicityline w ON w.period_id = q.id AND w.roster_line_id = l.id
  LEFT JOIN days d ON d.period_id = q.id
 WHERE p.state IN ('WAITING', 'SENT', 'UNKNOWN', 'PAID')
   AND (q.id IS NULL OR q.state <> 'ENDED' OR w.id IS NULL
        OR COALESCE(d.days, 0) < m.publicity_days OR COALESCE(d.workdays, 0) < m.publicity_workdays)
