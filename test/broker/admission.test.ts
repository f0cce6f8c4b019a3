import { test } from 'tap';
import { Admission } from '../../broker/admission.ts';

test('[P-121] whoever knocks without end keeps nobody out', async (t) => {
  let now = 0;
  const admission = new Admission({ perSecond: 250, burst: 500, monotonic: () => now });
  let flooded = 0;
  let stations = 0;
  for (let second = 0; second < 10; second++) {
    for (let n = 0; n < 5_000; n++) {
      now += 0.2;
      if (admission.take('203.0.113.7')) flooded++;
      if (n % 50 === 0 && admission.take(`10.0.${second}.${n / 50}`)) stations++;
    }
  }
  t.equal(stations, 1_000, 'every station comes in');
  t.ok(flooded <= 10 * 150 + 500, `${flooded} of 50,000`);
});

test('[P-121] a country behind one address comes in at the full rate', async (t) => {
  let now = 0;
  const admission = new Admission({ perSecond: 250, burst: 500, monotonic: () => now });
  let admitted = 0;
  for (let n = 0; n < 10_000; n++) {
    now += 1;
    if (admission.take('198.51.100.1')) admitted++;
  }
  t.ok(admitted >= 2_500 && admitted <= 3_000, `${admitted} in ten seconds`);
});

test('[P-121] of IPv6 one /48 is one who knocks, whatever network of it he comes from', (t) => {
  const admission = new Admission({ perSecond: 250, burst: 500, monotonic: () => 0 });
  let flooded = 0;
  for (let n = 0; n < 5_000; n++) if (admission.take(`2001:db8:7:${n.toString(16)}::1`)) flooded++;
  t.ok(flooded <= 270, `${flooded} of 5,000`);
  t.equal(admission.take('2001:db8:8::1'), true, 'and who comes rarely comes in');
  t.end();
});
