/** An event of a subscription. */
export interface StreamEvent<Data> {
  /** A client that reconnects resumes after this id. */
  readonly id: string;
  readonly data: Data;
}

/** The name of a subscription's events: that of the schema of their data, in lower case, such as `job` for Job. */
export function toEventName(schemaName: string): string {
  return schemaName.toLowerCase();
}
