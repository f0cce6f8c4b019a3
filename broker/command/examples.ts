/** What `--help` of each command shows as examples; the same in every language, for all can be typed as they stand. */
export const examples: Readonly<Record<string, readonly string[]>> = {
  'loa-broker': [
    'loa-broker keys init --centre vinh-phuc',
    'loa-broker run',
    'loa-broker order send --title "Thông báo" --to all --media thong-bao.mp3 --priority routine --watch',
  ],
  'loa-broker keys': ['loa-broker keys init --centre vinh-phuc'],
  'loa-broker keys init': ['loa-broker keys init --centre vinh-phuc --data /var/lib/loa'],
  'loa-broker keys add-client': [
    'loa-broker keys add-client phan-mem --key 11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo --priority routine priority',
  ],
  'loa-broker keys certificate': ['loa-broker keys certificate phan-mem --out ./chung-thu'],
  'loa-broker run': [
    'loa-broker run',
    'loa-broker run --host 0.0.0.0 --name loa.vinhphuc.example',
    'loa-broker run --plain --host 127.0.0.1',
    'loa-broker run --broker mqtt://10.0.0.6 --database postgres://loa:secret@10.0.0.7/loa',
  ],
  'loa-broker media': ['loa-broker media add thong-bao.mp3'],
  'loa-broker media add': ['loa-broker media add thong-bao.mp3', 'loa-broker media add tieng-hmong.wav --language hmn'],
  'loa-broker order': ['loa-broker order list', 'loa-broker order send --help'],
  'loa-broker order send': [
    'loa-broker order send --title "Lịch tiêm chủng" --to all --media thong-bao.mp3 --priority routine --watch',
    'loa-broker order send --title "Bão số 3" --to dai-dong,dao-tru --media bao.mp3 --priority emergency --chime',
    'loa-broker order send --title "Phòng dịch" --to all --media phong-dich.mp3 --priority routine --daily 05:00 11:00 17:30',
    'loa-broker order send --title "Bản tin sáng" --group lowland --media ban-tin.mp3 --priority priority --at 2026-11-21T05:30:00+07:00',
  ],
  'loa-broker order cancel': [
    'loa-broker order cancel 019357f0-7a00-7000-8000-0000000000a1 --reason "Đã thay bằng lệnh mới"',
  ],
  'loa-broker order list': ['loa-broker order list', 'loa-broker order list --json'],
  'loa-broker order watch': ['loa-broker order watch 019357f0-7a00-7000-8000-0000000000a1'],
  'loa-broker stations': ['loa-broker stations', 'loa-broker stations reset-key dai-dong'],
  'loa-broker stations add': [
    'loa-broker stations add dai-dong --name "Đài Đại Đồng" --zone "thon-1=Thôn 1" "thon-2=Thôn 2=border"',
    'loa-broker stations add --file cac-dai.csv',
  ],
  'loa-broker stations revoke': ['loa-broker stations revoke dai-dong'],
  'loa-broker stations list': ['loa-broker stations list --json'],
  'loa-broker stations policy': [
    'loa-broker stations policy --all --file gioi-han.toml',
    'loa-broker stations policy dai-dong --file gioi-han.toml',
    'loa-broker stations policy dai-dong',
    'loa-broker stations policy dai-dong --clear',
  ],
  'loa-broker stations reset-key': ['loa-broker stations reset-key dai-dong'],
};
