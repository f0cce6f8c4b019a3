/** Whether every single sample is zero; an empty recording is silent too. */
export function isDigitalSilence(sound: Int16Array): boolean {
  return sound.every((sample) => sample === 0);
}
