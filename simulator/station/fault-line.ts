/** What a typed line asks of a virtual station, in the words of the controller's own fault commands. */
export function controllerCommand(line: string, zones: readonly string[]): string {
  const [name = '', first = '', second = ''] = line.trim().split(/\s+/);
  const relay = zones.includes(first) ? String(zones.indexOf(first) + 1) : first;
  if (name === 'garble' && first === 'on') return 'garble 0.05';
  if (name === 'garble' && first === 'off') return 'garble 0';
  if (name === 'stuck' && second === 'off') return `stuck ${relay} repaired`;
  if (name === 'lie' && second === 'on') return `lying ${relay} closed`;
  if (name === 'lie' && second === 'off') return `lying ${relay} repaired`;
  return [name, relay, second].filter(Boolean).join(' ');
}
