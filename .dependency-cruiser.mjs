/** The import rules of Loa: which folder may know which. `npm run check` enforces them. */
const forbid = (name, comment, from, to) => ({ name, severity: 'error', comment, from, to });
const programs = '^(agent|broker|simulator)/';

export default {
  forbidden: [
    forbid('no-cycles', 'What imports in a circle cannot be understood in pieces.', {}, { circular: true }),
    forbid(
      'protocol-is-pure',
      'The words both sides share: no folder of ours, no input or output.',
      { path: '^protocol/' },
      { path: '^(agent|broker|simulator|test)/' },
    ),
    forbid(
      'protocol-does-no-io',
      'The protocol computes; whoever uses it reads and writes.',
      { path: '^protocol/' },
      { dependencyTypes: ['core'] },
    ),
    forbid(
      'agent-stands-alone',
      'A station runs without a centre and without a simulator.',
      { path: '^agent/' },
      { path: '^(broker|simulator|test)/' },
    ),
    forbid(
      'broker-stands-alone',
      'A centre runs without a station and without a simulator.',
      { path: '^broker/' },
      { path: '^(agent|simulator|test)/' },
    ),
    forbid(
      'simulator-uses-the-agents-entry',
      'What a simulator may know of an agent is what agent/entry.ts offers.',
      { path: '^simulator/' },
      { path: '^agent/', pathNot: '^agent/entry\\.ts$' },
    ),
    forbid(
      'simulator-knows-no-broker',
      'Virtual hardware and fleets meet a centre over MQTT only.',
      { path: '^simulator/' },
      { path: '^(broker|test)/' },
    ),
    forbid(
      'no-development-packages',
      'What ships runs with `npm ci --omit=dev`.',
      { path: `${programs}|^protocol/`, pathNot: '^simulator/setup/' },
      { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    ),
    forbid('resolvable', 'Every import leads somewhere.', {}, { couldNotResolve: true }),
    {
      name: 'no-dead-files',
      severity: 'error',
      comment: 'Every file is reached from a program or a test.',
      from: { path: `${programs}(main|entry)\\.ts$|^test/|^simulator/setup/` },
      to: { path: `${programs}|^protocol/`, pathNot: '/(main|entry)\\.ts$|^simulator/setup/', reachable: false },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // Types count: a type that is imported in a circle is a circle in the reader's mind.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
