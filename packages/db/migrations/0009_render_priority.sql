-- The priority of the render that is next; see enqueueRenderSql. Each search has the condition of an index that leaves out
-- entries that have ended. A plan that is made while the queue is empty reads the whole table, and is kept while a backlog
-- grows: every start then reads all that wait. So the planner may not do that here.
CREATE FUNCTION next_render_priority() RETURNS integer LANGUAGE plpgsql STABLE SET enable_seqscan = off AS $$
BEGIN
  RETURN coalesce(
    least(
      (SELECT priority FROM queue.job_common
        WHERE name = 'render' AND state < 'active' AND NOT blocked AND state = 'created'
        ORDER BY priority DESC LIMIT 1),
      (SELECT min(priority) FROM queue.job_common
        WHERE name = 'render' AND state = 'active' AND group_id IS NOT NULL)
    ),
    (SELECT min(priority) FROM queue.job_common
      WHERE name = 'render' AND state < 'active' AND NOT blocked AND state = 'retry'),
    0
  );
END;
$$;
