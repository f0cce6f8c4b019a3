import type { Command } from 'commander';
import * as v from 'valibot';
import { entrySchema } from '../roster/entry.ts';
import { CentreClient } from './client.ts';
import { type Console, localTime, table } from './console.ts';
import { type CommonOptions, withCommon } from './options.ts';
import { addPolicyCommand } from './policy.ts';
import { addStationsAdd } from './stations-add.ts';

const stationsSchema = v.object({ stations: v.array(entrySchema) });

export function addStationsCommand(program: Command, console: Console): void {
  const { words, language } = console;
  const stations = program.command('stations').alias('station').description(words.stations);
  addStationsAdd(stations, console);

  withCommon(stations.command('list', { isDefault: true }).description(words.stationsList), console).action(
    async (options: CommonOptions) => {
      const centre = await CentreClient.find(options.data, console);
      const listed = await centre.get('/api/stations', stationsSchema);
      if (options.json) return console.out(JSON.stringify(listed));
      if (listed.stations.length === 0) return console.out(words.noStations);
      const rows = listed.stations.map((entry) => [
        entry.station,
        entry.birth?.name ?? '',
        words[entry.state],
        localTime(entry.lastSeen, language),
        (entry.birth?.zones ?? []).map((zone) => zone.zone).join(', '),
        [
          ...[...Object.keys(entry.alarms), ...Object.keys(entry.suspicions)].map((name) => words.alarms[name] ?? name),
          ...(entry.birth?.plain ? [words.plainLink] : []),
        ].join(', '),
      ]);
      return console.out(table(words.headStations, rows));
    },
  );

  withCommon(stations.command('revoke').description(words.stationsRevoke), console)
    .argument('<station>')
    .action(async (station: string, options: CommonOptions) => {
      const centre = await CentreClient.find(options.data, console);
      const path = `/api/stations/${encodeURIComponent(station)}/revoke`;
      const done = await centre.post(path, {}, v.object({ station: v.string(), certificates: v.number() }));
      console.out(options.json ? JSON.stringify(done) : words.stationsRevoked(done.station, done.certificates));
    });

  addPolicyCommand(stations, console);

  withCommon(stations.command('reset-key').description(words.stationsReset), console)
    .argument('<station>')
    .action(async (station: string, options: CommonOptions) => {
      const centre = await CentreClient.find(options.data, console);
      const path = `/api/stations/${encodeURIComponent(station)}/reset-key`;
      const done = await centre.post(path, {}, v.object({ station: v.string(), key: v.nullable(v.string()) }));
      console.out(options.json ? JSON.stringify(done) : words.stationsResetDone(done.station));
    });
}
