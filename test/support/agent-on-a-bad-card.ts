/**
 * The agent as it is, for tests that limit the size of its files: tap's runner watches every process from inside and would
 * end one that gets SIGXFSZ, which Node by itself ignores.
 */
process.on('SIGXFSZ', () => {});
await import('../../agent/main.ts');
