export type EnrolmentFault =
  | 'code-unreadable'
  | 'centre-unreachable'
  | 'not-this-centre'
  | 'refused'
  | 'answer-unreadable'
  | 'line-missing'
  | 'cannot-write';

/** Enrolment did not come about; nothing of the board's configuration has changed. */
export class EnrolmentError extends Error {
  override readonly name = 'EnrolmentError';
  readonly code: EnrolmentFault;

  constructor(code: EnrolmentFault, detail: string, cause?: unknown) {
    super(detail, cause === undefined ? {} : { cause });
    this.code = code;
  }
}
