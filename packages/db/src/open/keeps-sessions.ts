import type postgres from 'postgres';

/**
 * Checks whether each connection through a pooler keeps a PostgreSQL session to itself, as in session mode. In transaction
 * mode, the session of an idle connection serves whichever statement comes next, of this connection or of another.
 * Checks twice, because other clients may interfere.
 */
export async function keepsSessions(sql: postgres.Sql): Promise<boolean> {
  const [idle, other] = [await sql.reserve(), await sql.reserve()];
  try {
    for (let round = 0; round < 2; round += 1) {
      const own = await readPid(idle);
      if ((await readPid(idle)) !== own) return false;
      await other.unsafe('begin');
      try {
        // Not queried while the other connection holds it: a pooler with a single session could not answer.
        if ((await readPid(other)) === own || (await readPid(idle)) !== own) return false;
      } finally {
        await other.unsafe('rollback');
      }
    }
    return true;
  } finally {
    idle.release();
    other.release();
  }
}

async function readPid(session: postgres.ReservedSql): Promise<number | undefined> {
  const [row] = await session.unsafe<[{ pid: number }]>('select pg_backend_pid() as pid');
  return row.pid;
}
