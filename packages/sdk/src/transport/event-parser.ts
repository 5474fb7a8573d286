/** A server-sent event. */
export interface ServerEvent {
  /** The last id that was received, with this event or an earlier one. */
  readonly id: string;
  readonly event: string;
  readonly data: string;
}

/**
 * Creates a parser of server-sent events (HTML standard, 9.2.6). It takes the text in chunks of any size, and returns the
 * events that each chunk completes. Comments and unknown fields are ignored.
 */
export function createEventParser(): (text: string) => ServerEvent[] {
  let remainder = '';
  let id = '';
  let event = '';
  let data: string[] = [];
  return (text) => {
    // A CR at the end of the text may be the first half of a CRLF.
    const lines = `${remainder}${text}`.split(/\r\n|\n|\r(?!$)/);
    remainder = lines.pop() ?? '';
    const events: ServerEvent[] = [];
    for (const line of lines) {
      if (line === '') {
        if (data.length > 0) events.push({ id, event: event || 'message', data: data.join('\n') });
        event = '';
        data = [];
        continue;
      }
      const colon = line.indexOf(':');
      const name = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
      if (name === 'id' && !value.includes('\0')) id = value;
      else if (name === 'event') event = value;
      else if (name === 'data') data.push(value);
    }
    return events;
  };
}
