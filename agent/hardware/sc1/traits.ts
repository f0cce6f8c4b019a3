import type { HardwareTraits } from '../ports.ts';
import type { Hello } from './answers.ts';

const senses = [
  ['O', 'output'],
  ['I', 'current'],
  ['T', 'temperature'],
  ['M', 'mains'],
  ['B', 'battery'],
] as const;

/** What this controller says it can do; before it has said anything, what every sc1 we build can do. */
export function traitsOf(hello: Hello | undefined): HardwareTraits {
  const capabilities = hello?.capabilities ?? 'CDOITMB';
  return {
    driver: 'sc1',
    readback: capabilities.includes('C') ? 'contact' : 'commanded',
    deadman: capabilities.includes('D'),
    senses: senses.filter(([letter]) => capabilities.includes(letter)).map(([, name]) => name),
  };
}
