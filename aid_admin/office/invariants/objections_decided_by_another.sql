-- 异议由登记人以外的人决定，未决的异议所涉明细处于暂缓
-- 异议 {id}（名册明细 {line}，{state}）由登记人本人决定，或未决而明细没有暂缓。
SELECT o.id, l.id AS line, l.state
  FROM disbursement_objection o
  JOIN disbursement_rosterline l ON l.id = o.roster_line_id
 WHERE o.decided_by_id = o.registered_by_id
    OR (o.outcome = '') <> (o.decided_by_id IS NULL)
    OR (o.outcome = '' AND l.state = 'ACCEPTED')
    OR (o.outcome = 'SUSTAINED' AND l.state IN ('ACCEPTED', 'HELD'))
