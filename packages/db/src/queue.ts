/** The schema that pg-boss has to itself. */
export const queueSchema = 'queue';
