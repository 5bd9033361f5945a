-- 每个已确认名册的金额等于已入批次、尚未入批次和发放失败三部分之和
-- 名册 {id}（{name}）应发 {confirmed_fen} 分，有效发放 {live_fen} 分，失败待补发 {failed_fen} 分，未入批次 {open_fen} 分，不相等。
SELECT r.id, s.name || g.name AS name, x.*
  FROM disbursement_roster r
  JOIN county_school s ON s.id = r.school_id
  JOIN eligibility_aidprogramme g ON g.id = r.programme_id
 CROSS JOIN LATERAL (
       SELECT COALESCE(sum(l.amount_fen), 0) AS confirmed_fen,
              COALESCE(sum(y.live_fen), 0) AS live_fen,
              COALESCE(sum(l.amount_fen) FILTER (WHERE y.live = 0 AND y.failed > 0), 0) AS failed_fen,
              COALESCE(sum(l.amount_fen) FILTER (WHERE y.live = 0 AND y.failed = 0), 0) AS open_fen
         FROM disbursement_rosterline l
        CROSS JOIN LATERAL (
              SELECT count(*) FILTER (WHERE p.state IN ('WAITING', 'SENT', 'UNKNOWN', 'PAID')) AS live,
                     COALESCE(sum(p.amount_fen) FILTER (WHERE p.state IN ('WAITING', 'SENT', 'UNKNOWN', 'PAID')), 0)
                         AS live_fen,
                     count(*) FILTER (WHERE p.state IN ('FAILED', 'RETURNED_LATER')) AS failed
                FROM disbursement_paymentline p WHERE p.roster_line_id = l.id) y
        WHERE l.roster_id = r.id AND l.state = 'ACCEPTED') x
 WHERE r.state = 'CONFIRMED' AND x.confirmed_fen <> x.live_fen + x.failed_fen + x.open_fen
