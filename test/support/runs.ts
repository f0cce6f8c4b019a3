/** How often a property is tried: LOA_RUNS for a long look, else what fits into an ordinary run of the tests. */
export const runs = (ordinary: number): number => Number(process.env.LOA_RUNS ?? ordinary);
