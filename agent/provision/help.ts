/** `loa-agent provision --help`. */
export const helpInVietnamese = `loa-agent provision: lắp đặt một đài, từ bo mạch trống đến lượt phát đầu tiên

Cách dùng:
  sudo loa-agent provision                                     hỏi từng bước
  sudo loa-agent provision --unattended --by TÊN --centre ĐỊA_CHỈ --code MÃ [tùy chọn]     không hỏi gì

Tìm bộ điều khiển, đăng ký bằng mã của trung tâm, thử từng cụm loa, kiểm tra đồng hồ, thẻ nhớ, đường truyền, cài dịch vụ,
đợi lượt phát đầu tiên, rồi lập biên bản nghiệm thu. Dừng lúc nào cũng được: chạy lại sẽ làm tiếp.

      --by TÊN            họ tên người lắp đặt
      --centre ĐỊA_CHỈ    trung tâm, ví dụ https://loa.vinhphuc.example:8443
      --code MÃ           mã đăng ký do trung tâm cấp; đài đã đăng ký thì mã mới sẽ đăng ký lại
      --line ĐƯỜNG_DÂY    bộ điều khiển ở đâu: serial:/dev/ttyUSB0, tcp://host:port, hoặc auto (mặc định: tìm mọi cổng);
                          ghi nhiều lần để chỉ tìm ở những chỗ đó
      --baud SỐ           tốc độ của đường dây (115200)
      --zone CỤM=RƠ-LE[=TÊN]   cụm loa đấu vào rơ-le nào; ghi nhiều lần. Mặc định theo thứ tự của trung tâm
      --heard CỤM|all     có người nghe rõ cụm này; ghi nhiều lần. Không có thì chỉ tính những gì đo được
      --not-heard CỤM|all có người báo không nghe thấy
      --volume SỐ         âm lượng của tiếng thử, phần trăm (50)
      --device THIẾT_BỊ   thiết bị âm thanh (aplay -L)
      --player TỆP        chương trình phát (aplay)
      --no-service        không cài dịch vụ
      --no-airing         không đợi lượt phát đầu tiên
      --wait GIÂY         đợi lượt phát đầu tiên lâu nhất (300)
      --record THƯ_MỤC    ghi biên bản nghiệm thu vào đây (thư mục hiện tại)
      --again             thử lại tất cả, kể cả những gì đã đạt
      --unattended        không hỏi gì; thiếu câu trả lời thì báo lỗi
      --json              in kết quả cho chương trình khác đọc; không hỏi gì
  -c, --config TỆP        tệp cấu hình (/etc/loa/agent.toml)
      --state THƯ_MỤC     thư mục trạng thái (/var/lib/loa)
  -v, --verbose           ghi nhật ký của chương trình ra stderr
      --lang NGÔN_NGỮ     vi (mặc định) hoặc en

Mã thoát: 0 đạt, 1 chưa đạt, 2 dòng lệnh chưa đúng, 130 bị dừng.`;

export const helpInEnglish = `loa-agent provision: sets a station up, from an empty board to its first airing

Usage:
  sudo loa-agent provision                                     asks step by step
  sudo loa-agent provision --unattended --by NAME --centre URL --code CODE [options]       asks nothing

Finds the controller, enrols with the centre's code, tests every zone, checks clock, card and link, installs the service,
waits for the first airing, and writes an acceptance record. Stop whenever you like: run again, and it goes on.

      --by NAME           who sets the station up
      --centre URL        the centre, like https://loa.vinhphuc.example:8443
      --code CODE         the code that the centre printed; a new one enrols a station anew
      --line LINE         where the controller is: serial:/dev/ttyUSB0, tcp://host:port, or auto (default: every port);
                          several times to look only there
      --baud NUMBER       speed of the line (115200)
      --zone ZONE=RELAY[=NAME]   which relay a zone hangs on; several times. By default in the centre's order
      --heard ZONE|all    somebody hears this zone; several times. Without it only what is measured counts
      --not-heard ZONE|all   somebody says that it was not heard
      --volume NUMBER     of the test tone, percent (50)
      --device DEVICE     sound device (aplay -L)
      --player FILE       the program that plays (aplay)
      --no-service        do not install the service
      --no-airing         do not wait for the first airing
      --wait SECONDS      wait so long for the first airing (300)
      --record FOLDER     where to put the acceptance record (the current folder)
      --again             test everything again, also what passed
      --unattended        ask nothing; what is not answered is an error
      --json              the result for scripts; asks nothing
  -c, --config FILE       configuration file (/etc/loa/agent.toml)
      --state FOLDER      state folder (/var/lib/loa)
  -v, --verbose           the program's log on stderr
      --lang LANG         vi (default) or en

Exit codes: 0 accepted, 1 not accepted, 2 usage, 130 interrupted.`;
