export type ServiceFault =
  | 'not-root'
  /** Below somebody's home, which the service may not enter; the message is the path. */
  | 'in-home'
  | 'cannot-write'
  /** A program of the system that failed; the message is what it said. */
  | 'program-failed'
  /** systemd could not start the agent; the message is the end of its log. */
  | 'not-started';

/** The service was not installed, or does not run. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly code: ServiceFault;

  constructor(code: ServiceFault, detail: string, cause?: unknown) {
    super(detail, cause === undefined ? {} : { cause });
    this.code = code;
  }
}
