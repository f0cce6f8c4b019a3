import { test } from 'tap';
import { isDigitalSilence } from '../../simulator/hearing/silence.ts';
import { Story } from '../support/story.ts';

test('what is heard is what was ordered', async (t) => {
  const story = await Story.begin();
  t.teardown(() => story.close());
  const long = await story.programme(6, 300);
  const short = await story.programme(2, 900);

  await t.test('a routine order sounds in the zones it selects, and nowhere else', async (t) => {
    const station = await story.station({ station: 'routine' });
    const order = await story.order(long, { to: { stations: ['routine'] }, zones: ['thon-1', 'thon-3'] });
    const report = await story.outcome(order, 'routine');
    t.match(report, { outcome: 'aired', evidence: { grade: 'sounded', zones: [{ keyed: true }, { keyed: true }] } });
    t.equal(report.evidence?.played?.ms, report.evidence?.played?.ofMs);
    t.ok((await story.heard(station, 'thon-1', long)) >= 0.95);
    t.ok((await story.heard(station, 'thon-3', long)) >= 0.95);
    t.ok(isDigitalSilence(await story.sound(station, 'thon-2')));
    const outcomes = (await story.reports(order, 'routine')).map(({ outcome }) => outcome);
    t.same(outcomes, ['accepted', 'ready', 'airing', 'aired']);
    t.same(station.controller.state().closed, [false, false, false], 'every relay is open again');
  });
});
