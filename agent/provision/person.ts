export interface TextQuestion {
  readonly message: string;
  readonly initial?: string | undefined;
  /** What is wrong with an answer, in words; undefined when it is right. */
  readonly check?: (typed: string) => string | undefined;
}

export interface Choice<T extends string> {
  readonly value: T;
  readonly label: string;
  readonly hint?: string;
}

/** Somebody at the terminal. Every method rejects with Interrupted when they press Ctrl-C. */
export interface Person {
  text(question: TextQuestion): Promise<string>;
  choose<T extends string>(message: string, choices: readonly Choice<T>[], initial?: T): Promise<T>;
  confirm(message: string, initial: boolean): Promise<boolean>;
}

/** What is told on the way. */
export interface Screen {
  begin(title: string): void;
  step(text: string): void;
  passed(text: string): void;
  skipped(text: string): void;
  failed(text: string, remedy: string | undefined): void;
  end(text: string): void;
}

/** Nobody is there to be asked, and the flag that answers is missing. */
export class UnansweredError extends Error {
  override readonly name = 'UnansweredError';
  readonly flag: string;

  constructor(flag: string) {
    super(flag);
    this.flag = flag;
  }
}

/** Ctrl-C, or a signal that ends the program. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}
