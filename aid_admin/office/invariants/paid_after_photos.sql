-- 有发放的学校都有公示开始和结束两张核查通过的照片
-- 学校 {id}（{name}）在公示“{title}”中只有 {good} 张核查通过的照片。
SELECT s.id, s.name, q.title, count(DISTINCT e.moment) AS good
  FROM (SELECT DISTINCT r.period_id, r.school_id
          FROM disbursement_paymentline p
          JOIN disbursement_rosterline l ON l.id = p.roster_line_id
          JOIN disbursement_roster r ON r.id = l.roster_id
         WHERE p.state IN ('WAITING', 'SENT', 'UNKNOWN', 'PAID')) x
  JOIN county_school s ON s.id = x.school_id
  JOIN disbursement_publicityperiod q ON q.id = x.period_id
  LEFT JOIN disbursement_publicityevidence e
         ON e.period_id = x.period_id AND e.school_id = x.school_id AND e.ok AND e.checked_by_id <> e.by_id
 GROUP BY s.id, s.name, q.title
HAVING count(DISTINCT e.moment) < 2
