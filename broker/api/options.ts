import type { Order } from '../../protocol/order.ts';
import type { Decoded } from '../../protocol/refusal.ts';
import type { Database } from '../database/database.ts';
import type { Enrolment } from '../enrolment/enrolment.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { Log } from '../log.ts';
import type { MediaStore } from '../media/store.ts';
import type { Entered } from '../orders/book.ts';
import type { ReportFeed } from '../orders/report-feed.ts';
import type { Policies } from '../policies/policies.ts';
import type { Roster } from '../roster/roster.ts';

/** What the API needs of the centre. */
export interface ApiOptions {
  readonly centre: string;
  readonly token: string;
  readonly database: Database;
  readonly roster: Roster;
  readonly media: MediaStore;
  readonly mediaUrl: () => string;
  readonly feed: ReportFeed;
  readonly policies: Policies;
  /** Books and pushes. */
  readonly book: (order: Order) => Promise<Decoded<Entered>>;
  readonly cancel: (request: { id: string; rev?: number; reason?: string }) => Promise<Decoded<Entered>>;
  readonly keyring: Keyring;
  readonly enrolment: Enrolment;
  readonly stopping: AbortSignal;
  readonly log: Log;
}
