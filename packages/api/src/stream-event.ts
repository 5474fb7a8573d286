/** One of the events that a subscription gives. */
export interface StreamEvent<Data> {
  /** A stream that breaks is resumed after this. */
  readonly id: string;
  readonly data: Data;
}

/** What the events of a subscription are called: after the schema of what they carry, so `job` for Job. */
export function eventName(schemaName: string): string {
  return schemaName.toLowerCase();
}
