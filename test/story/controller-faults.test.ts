import { test } from 'tap';
import { isDigitalSilence } from '../../simulator/hearing/silence.ts';
import { Trouble } from '../support/trouble.ts';
import { until } from '../support/until.ts';

for (const transport of ['pty', 'tcp'] as const) {
  test(`a controller that fails (${transport})`, async (t) => {
    const trouble = await Trouble.begin(t, { transport });
    const { faults } = trouble.station.controller;
    const programme = await trouble.programme(3, 500);
    const short = await trouble.programme(1, 700);
    const airs = async () => (await trouble.outcome(await trouble.order(short))).outcome;

    await t.test('a relay stuck open: a routine order stops', async (t) => {
      faults.stick(1, 'open');
      const order = await trouble.order(short);
      t.match(await trouble.outcome(order), {
        outcome: 'failed',
        refusal: { code: 'readback-differs' },
        evidence: { grade: 'received', zones: [{ keyed: false }, { keyed: true }, { keyed: true }] },
      });
      t.match(await trouble.raised('relay'), /thon-1/);
      await trouble.silent();
    });

    await t.test(
      'a relay stuck open: an emergency goes on where it can be heard, and does not claim more',
      async (t) => {
        const hearing = await trouble.listen();
        const order = await trouble.order(short, { priority: 'emergency' });
        t.match(await trouble.outcome(order), { outcome: 'failed', refusal: { code: 'readback-differs' } });
        t.ok((await hearing.heard('thon-2', short)) >= 0.95);
        t.ok(isDigitalSilence(await hearing.sound('thon-1')));
        t.equal(hearing.times('thon-2'), 1, 'what was heard in full is not tried again');
        faults.stick(1, undefined);
        t.equal(await airs(), 'aired');
        await trouble.cleared('relay');
      },
    );

    await t.test('a relay stuck closed, or a contact that lies, in a zone that was not ordered', async (t) => {
      faults.stick(3, 'closed');
      const order = await trouble.order(short, { zones: ['thon-1'] });
      t.match(await trouble.outcome(order), { outcome: 'failed', refusal: { code: 'readback-differs' } });
      t.match(await trouble.raised('relay'), /thon-3 is closed/);
      faults.stick(3, undefined);
      await trouble.cleared('relay');
      faults.lie(2, 'closed');
      const other = await trouble.order(short, { zones: ['thon-1'] });
      t.match(await trouble.outcome(other), { outcome: 'failed', refusal: { code: 'readback-differs' } });
      faults.lie(2, undefined);
      await trouble.cleared('relay');
    });

    await t.test('unplugged before an airing, and back', async (t) => {
      await faults.unplug();
      await trouble.raised('controller');
      const order = await trouble.order(short);
      t.match(await trouble.outcome(order), { outcome: 'failed', refusal: { code: 'controller-unreachable' } });
      await faults.replug();
      await trouble.cleared('controller');
      t.equal(await airs(), 'aired');
    });

    await t.test('unplugged on air, and back: a routine order has failed', async (t) => {
      const hearing = await trouble.listen();
      const order = await trouble.order(programme);
      await hearing.started();
      await faults.unplug();
      t.match(await trouble.outcome(order), { outcome: 'failed', refusal: { code: 'controller-unreachable' } });
      await trouble.silent();
      await faults.replug();
      await trouble.cleared('controller');
      t.equal(await airs(), 'aired');
    });

    await t.test('unplugged on air, and back: an emergency is heard in full after all, once', async (t) => {
      const hearing = await trouble.listen();
      const order = await trouble.order(programme, { priority: 'emergency' });
      await hearing.started();
      await faults.unplug();
      await trouble.raised('controller');
      await until('open relays', () => trouble.closed.every((closed) => !closed));
      t.same(trouble.finals(order), []);
      await faults.replug();
      t.match(await trouble.outcome(order), { outcome: 'aired' });
      t.ok((await hearing.heard('thon-1', programme)) >= 0.95);
      t.equal(hearing.times('thon-1'), 2);
      t.same(trouble.outcomes(order), ['accepted', 'ready', 'airing', 'aired']);
    });

    await t.test('an emergency that waits for its controller can be cancelled, and gives way to others', async (t) => {
      await faults.unplug();
      await trouble.raised('controller');
      const order = await trouble.order(programme, { priority: 'emergency' });
      await trouble.outcome(order, 'airing');
      const routine = await trouble.order(short);
      t.match(await trouble.outcome(routine), { outcome: 'failed', refusal: { code: 'controller-unreachable' } });
      await trouble.centre.cancel('dai-dong', order);
      t.match(await trouble.outcome(order), { outcome: 'cancelled' });
      await faults.replug();
      await trouble.cleared('controller');
      t.equal(await airs(), 'aired');
      t.same(trouble.finals(order), ['cancelled']);
    });

    await t.test('wedged on air', async (t) => {
      const hearing = await trouble.listen();
      const order = await trouble.order(programme);
      await hearing.started();
      faults.wedge(true);
      t.match(await trouble.outcome(order), { outcome: 'failed', refusal: { code: 'controller-unreachable' } });
      await trouble.raised('controller');
      await trouble.silent();
      faults.wedge(false);
      await trouble.cleared('controller');
      t.equal(await airs(), 'aired');
    });

    await t.test('restarted on air', async (t) => {
      const hearing = await trouble.listen();
      const order = await trouble.order(programme);
      await hearing.started();
      faults.reboot('BROWNOUT');
      t.match(await trouble.outcome(order), { outcome: 'failed', refusal: { code: 'controller-unreachable' } });
      await trouble.silent();
      t.equal(await airs(), 'aired');
      await trouble.cleared('controller');
      t.equal(trouble.alarm('relay'), undefined, 'its relays are well');
    });

    await t.test('the amplifier fails on air: alarm, and its end', async (t) => {
      const hearing = await trouble.listen();
      const order = await trouble.order(programme);
      await hearing.started();
      faults.amplifierFault(true);
      t.match(await trouble.outcome(order), { outcome: 'failed', refusal: { code: 'amplifier-fault' } });
      await trouble.raised('amplifier');
      const emergency = await trouble.order(short, { priority: 'emergency' });
      await trouble.outcome(emergency, 'airing');
      faults.amplifierFault(false);
      t.match(await trouble.outcome(emergency), { outcome: 'aired' }, 'the warning sounds when it can');
      await trouble.cleared('amplifier');
    });

    await t.test('a noisy line', async (t) => {
      faults.garble(0.005);
      const order = await trouble.order(programme);
      const { outcome } = await trouble.outcome(order);
      faults.garble(0);
      t.ok(['aired', 'failed'].includes(outcome), outcome);
      await trouble.silent();
      await trouble.cleared('controller');
      t.equal(await airs(), 'aired');
    });
  });
}
