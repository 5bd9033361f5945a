-- 已复审名册登记的人数和金额等于其明细
-- 名册 {id}（{name}）登记 {line_count} 人、{total_fen} 分，明细为 {lines} 人、{fen} 分（另有 {gone} 人公示后撤下）。
SELECT r.id, s.name || p.name AS name, r.line_count, r.total_fen, x.lines, x.fen, x.gone
  FROM disbursement_roster r
  JOIN county_school s ON s.id = r.school_id
  JOIN eligibility_aidprogramme p ON p.id = r.programme_id
 CROSS JOIN LATERAL (
       SELECT count(*) FILTER (WHERE l.state IN ('ACCEPTED', 'HELD')) AS lines,
              COALESCE(sum(l.amount_fen) FILTER (WHERE l.state IN ('ACCEPTED', 'HELD')), 0) AS fen,
              count(*) FILTER (WHERE l.state = 'WITHDRAWN') AS gone,
              COALESCE(sum(l.amount_fen) FILTER (WHERE l.state = 'WITHDRAWN'), 0) AS gone_fen
         FROM disbursement_rosterline l WHERE l.roster_id = r.id) x
 WHERE r.state IN ('APPROVED', 'CONFIRMED')
   AND (r.line_count IS NULL OR r.total_fen IS NULL
        OR r.line_count - x.lines NOT BETWEEN 0 AND x.gone
        OR r.total_fen - x.fen NOT BETWEEN 0 AND x.gone_fen
        OR (x.gone = 0 AND (r.line_count, r.total_fen) <> (x.lines, x.fen)))
