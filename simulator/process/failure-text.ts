import type { Language } from '../language.ts';
import { ChildFailure, type FailureKind } from './child.ts';

interface FailureWords {
  readonly what: Readonly<Record<FailureKind, string>>;
  readonly lastLines: string;
}

const vietnamese: FailureWords = {
  what: {
    ended: 'đã kết thúc giữa chừng.',
    'not-ready': 'chạy quá lâu mà chưa sẵn sàng. Máy có đang quá bận không? Hãy thử lại.',
    failed: 'báo lỗi.',
  },
  lastLines: 'Những dòng cuối cùng của nó:',
};

const english: FailureWords = {
  what: {
    ended: 'ended halfway.',
    'not-ready': 'was not ready in time. Is the machine too busy? Try again.',
    failed: 'gave an error.',
  },
  lastLines: 'Its last lines:',
};

/** What went wrong, in words for somebody who wants to see something run and not to mend it. */
export function failureText(error: unknown, language: Language): string {
  if (!(error instanceof ChildFailure)) return error instanceof Error ? error.message : String(error);
  const words = language === 'en' ? english : vietnamese;
  const what = `${error.child} ${words.what[error.kind]}`;
  return error.tail ? `${what}\n${words.lastLines}\n${error.tail.replace(/^/gm, '    ')}` : what;
}
