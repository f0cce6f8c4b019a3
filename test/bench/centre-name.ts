/** The centre of the benchmark, in a file of its own: the bare station must not load a broker for it. */
export const CENTRE = 'bench';
