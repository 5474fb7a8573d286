/** One of the events that a subscription gives. */
export interface StreamEvent<Data> {
  /** A stream that breaks is resumed after this. */
  readonly id: string;
  readonly data: Data;
}
