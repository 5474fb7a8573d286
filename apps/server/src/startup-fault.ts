/** Why a server can't start, as one line for the operator. */
export interface StartupFault {
  readonly fault: string;
}
