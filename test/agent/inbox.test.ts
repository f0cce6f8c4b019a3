import { test } from 'tap';
import type { Message } from '../../agent/link/link.ts';
import { Inbox } from '../../agent/receive/inbox.ts';
import { encodeCancel } from '../../protocol/cancel.ts';
import { encodeOrder, type Order } from '../../protocol/order.ts';
import { topics } from '../../protocol/topics.ts';
import { anOrder, cancel } from '../support/examples.ts';
import { turn } from '../support/manual-clock.ts';
import { makeSigner } from '../support/signer.ts';

const CENTRE = 'vinh-phuc';
const orders = topics.to(CENTRE, 'dai-dong', 'order');

async function setUp() {
  const { signer } = await makeSigner();
  const acted: string[] = [];
  let comparisons = 0;
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const inbox = new Inbox({
    centre: CENTRE,
    read: async ({ topic, payload }) => {
      // Only what is in the lane of orders that are no emergencies waits here.
      const name = names.get(payload) ?? topic;
      if (name.startsWith('routine')) await opened;
      return async () => void acted.push(name);
    },
    onRoomAgain: () => {
      comparisons += 1;
    },
    onUnwritten: () => {},
  });
  const names = new Map<Uint8Array, string>();
  const named = (name: string, payload: Uint8Array, topic = orders): Message => {
    const own = Uint8Array.from(payload);
    names.set(own, name);
    return { topic, payload: own };
  };
  const order = (changes: Partial<Order> = {}) => encodeOrder(anOrder(changes), signer);
  return { inbox, signer, acted, named, order, open, comparisons: () => comparisons };
}

test('[P-80] a flood of orders is held in bounds, and emergencies and cancellations pass it', async (t) => {
  const { inbox, signer, acted, named, order, open, comparisons } = await setUp();
  const routine = await order();
  const handled: Promise<void>[] = [];
  let settled = 0;
  for (let at = 0; at < 2_000; at++) {
    const taken = inbox.take(named(`routine ${at}`, routine));
    handled.push(taken.then(() => void settled++));
  }
  await turn();
  t.equal(settled, 2_000 - 1_001, 'what has no room counts as received; one is being read');
  await inbox.take(named('emergency', await order({ priority: 'emergency' })));
  await inbox.take(named('cancel', await encodeCancel(cancel, signer)));
  t.same(acted, ['emergency', 'cancel'], 'before any of the flood');
  t.equal(comparisons(), 0);
  open();
  await Promise.all(handled);
  t.same(
    acted.slice(2),
    Array.from({ length: 1_001 }, (_, at) => `routine ${at}`),
    'in the order of their arrival',
  );
  await turn();
  t.equal(comparisons(), 1, 'what was passed over is looked for in the index');
});

test('[P-80] of the indexes that wait only the newest counts, behind the orders that it lists', async (t) => {
  const { inbox, acted, named, order, open } = await setUp();
  const index = topics.to(CENTRE, 'dai-dong', 'index');
  const all = topics.all(CENTRE, 'index');
  const token = await order();
  const handled = [
    inbox.take(named('routine 1', token)),
    inbox.take(named('index 1', token, index)),
    inbox.take(named('index of all', token, all)),
    inbox.take(named('routine 2', token)),
    inbox.take(named('index 2', token, index)),
  ];
  await turn();
  t.same(acted, []);
  open();
  await Promise.all(handled);
  t.same(acted, ['routine 1', 'index of all', 'routine 2', 'index 2']);
});

test('a cancellation that came first is acted on first', async (t) => {
  const { inbox, signer, acted, named, order, open } = await setUp();
  open();
  const token = await order();
  const handled = [
    inbox.take(named('cancel', await encodeCancel(cancel, signer))),
    inbox.take(named('routine', token)),
  ];
  await Promise.all(handled);
  t.same(acted, ['cancel', 'routine']);
});
