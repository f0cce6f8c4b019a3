import type { Language } from '../words.ts';
import type { Installed, ServiceState } from './install.ts';
import type { ServiceError } from './service-error.ts';

interface ServiceWords {
  readonly usage: string;
  readonly removed: string;
  /** `unit`: without systemd, what was written all the same. */
  installed(installed: Installed): string;
  state(state: ServiceState): string;
  failed(error: ServiceError): string;
}

/** What a technician reads of the service. */
export const serviceWords = (language: Language): ServiceWords => (language === 'en' ? english : vietnamese);

const english: ServiceWords = {
  usage: 'say: loa-agent service install|print --config FILE, or loa-agent service status|remove',
  removed: 'The service is removed. Configuration, state and the user loa stay.',
  installed: ({ unit, started }) =>
    started
      ? 'The agent runs as the service loa-agent and starts with the board. Its log: journalctl -u loa-agent'
      : `systemd does not run this machine: nothing was started. ${unit} is written; it takes effect after a start with systemd and "systemctl enable --now loa-agent".`,
  state: ({ installed, enabled, active, restarts }) =>
    [
      installed ? 'installed' : 'not installed',
      enabled ? 'starts with the board' : 'does not start with the board',
      active,
      ...(restarts ? [`started again ${restarts} times`] : []),
    ].join(', '),
  failed: ({ code, message }) => {
    switch (code) {
      case 'not-root':
        return 'This needs root: sudo loa-agent service …';
      case 'in-home':
        return `${message} lies in somebody's home, which a service may not enter. Put it elsewhere (programs: /opt/loa, configuration: /etc/loa, state: /var/lib/loa).`;
      case 'cannot-write':
        return `The unit cannot be written: ${message}`;
      case 'program-failed':
        return `This did not go well: ${message}`;
      case 'not-started':
        return `The service is installed and does not start. The end of its log:\n${message}\nSee: loa-agent doctor --config FILE`;
    }
  },
};

const activeInVietnamese: Readonly<Record<string, string>> = {
  active: 'đang chạy',
  activating: 'đang khởi động',
  inactive: 'không chạy',
  failed: 'hỏng',
  unknown: 'chưa rõ',
};

const vietnamese: ServiceWords = {
  usage: 'hãy gõ: loa-agent service install|print --config TỆP, hoặc loa-agent service status|remove',
  removed: 'Đã gỡ dịch vụ. Tệp cấu hình, thư mục trạng thái và người dùng loa vẫn còn.',
  installed: ({ unit, started }) =>
    started
      ? 'Chương trình của đài đang chạy như dịch vụ loa-agent và tự khởi động cùng bo mạch. Xem nhật ký: journalctl -u loa-agent'
      : `Máy này không chạy systemd nên chưa khởi động gì. Đã ghi ${unit}; tệp có hiệu lực sau khi máy chạy systemd và gõ "systemctl enable --now loa-agent".`,
  state: ({ installed, enabled, active, restarts }) =>
    [
      installed ? 'đã cài' : 'chưa cài',
      enabled ? 'tự khởi động cùng bo mạch' : 'không tự khởi động cùng bo mạch',
      activeInVietnamese[active] ?? active,
      ...(restarts ? [`đã khởi động lại ${restarts} lần`] : []),
    ].join(', '),
  failed: ({ code, message }) => {
    switch (code) {
      case 'not-root':
        return 'Việc này cần quyền root: sudo loa-agent service …';
      case 'in-home':
        return `${message} nằm trong thư mục riêng của một người dùng, dịch vụ không được vào đó. Hãy đặt chỗ khác (chương trình: /opt/loa, cấu hình: /etc/loa, trạng thái: /var/lib/loa).`;
      case 'cannot-write':
        return `Không ghi được tệp dịch vụ: ${message}`;
      case 'program-failed':
        return `Không làm được: ${message}`;
      case 'not-started':
        return `Đã cài dịch vụ nhưng không khởi động được. Phần cuối nhật ký:\n${message}\nHãy xem: loa-agent doctor --config TỆP`;
    }
  },
};
