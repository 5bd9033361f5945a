-- 一个批次的编制、审核、放行是不同的人，放行人没有经手其中的名册
-- 批次 {id}（{no}，{state}）的经手人不合规定：{who}。
SELECT b.id, b.no, b.state, u.username AS who
  FROM disbursement_disbursementbatch b
  JOIN accounts_user u ON u.id = COALESCE(b.released_by_id, b.reviewed_by_id, b.built_by_id)
 WHERE b.built_by_id IN (b.reviewed_by_id, b.released_by_id)
    OR b.locked_by_id IN (b.reviewed_by_id, b.released_by_id)
    OR b.reviewed_by_id = b.released_by_id
    OR (b.state IN ('LOCKED', 'REVIEWED', 'RELEASED', 'SENT', 'CLOSED') AND b.locked_by_id IS NULL)
    OR (b.state IN ('REVIEWED', 'RELEASED', 'SENT', 'CLOSED') AND b.reviewed_by_id IS NULL)
    OR (b.state IN ('RELEASED', 'SENT', 'CLOSED') AND b.released_by_id IS NULL)
    OR EXISTS (SELECT 1 FROM disbursement_paymentline p
                 JOIN disbursement_rosterline l ON l.id = p.roster_line_id
                 JOIN disbursement_roster r ON r.id = l.roster_id
                WHERE p.batch_id = b.id AND b.released_by_id IN
                      (r.prepared_by_id, r.submitted_by_id, r.reviewed_by_id, r.approved_by_id))
