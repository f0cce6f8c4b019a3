/** What was opened and has to be closed again, the latest first. */
export interface Scope {
  /** Closes it with the scope; at once when the scope is closed already. */
  own(close: () => Promise<void>): void;
  /** Closes everything that it owns, also when one of them fails. Never rejects; call it as often as you like. */
  close(): Promise<void>;
}

/** `failed` hears of what could not be closed. */
export function openScope(failed: (error: unknown) => void): Scope {
  const owned: (() => Promise<void>)[] = [];
  let closing: Promise<void> | undefined;

  const closeAll = async (): Promise<void> => {
    for (let close = owned.pop(); close; close = owned.pop()) await close().catch(failed);
  };

  return {
    own(close) {
      owned.push(close);
      if (closing) closing = closing.then(closeAll);
    },
    close() {
      closing ??= closeAll();
      return closing;
    },
  };
}
