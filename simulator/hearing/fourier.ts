/** In-place radix-2 fast Fourier transform; the length is a power of two. `inverse` is not scaled by 1/n. */
export function transform(real: Float64Array, imaginary: Float64Array, inverse: boolean): void {
  const size = real.length;
  reorder(real, imaginary);
  const cosines = new Float64Array(size / 2);
  const sines = new Float64Array(size / 2);
  const direction = inverse ? 1 : -1;
  for (let i = 0; i < size / 2; i++) {
    cosines[i] = Math.cos((2 * Math.PI * i) / size);
    sines[i] = direction * Math.sin((2 * Math.PI * i) / size);
  }
  for (let half = 1; half < size; half *= 2) {
    const stride = size / (2 * half);
    for (let start = 0; start < size; start += 2 * half) {
      for (let i = 0; i < half; i++)
        butterfly(real, imaginary, start + i, start + i + half, cosines[i * stride] ?? 0, sines[i * stride] ?? 0);
    }
  }
}

function butterfly(
  real: Float64Array,
  imaginary: Float64Array,
  a: number,
  b: number,
  cosine: number,
  sine: number,
): void {
  const br = real[b] ?? 0;
  const bi = imaginary[b] ?? 0;
  const ar = real[a] ?? 0;
  const ai = imaginary[a] ?? 0;
  const tr = br * cosine - bi * sine;
  const ti = br * sine + bi * cosine;
  real[a] = ar + tr;
  imaginary[a] = ai + ti;
  real[b] = ar - tr;
  imaginary[b] = ai - ti;
}

/** Puts every element where its index with the bits reversed says. */
function reorder(real: Float64Array, imaginary: Float64Array): void {
  for (let i = 1, j = 0; i < real.length; i++) {
    let bit = real.length >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i >= j) continue;
    swap(real, i, j);
    swap(imaginary, i, j);
  }
}

function swap(values: Float64Array, i: number, j: number): void {
  const kept = values[i] ?? 0;
  values[i] = values[j] ?? 0;
  values[j] = kept;
}
