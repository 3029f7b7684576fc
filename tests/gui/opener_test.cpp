// The opener: what is asked for is read on its thread, and read anew when it is asked for again.
#include "gui/widgets/opener.h"

#include <QSignalSpy>
#include <QtTest/QTest>
#include <filesystem>
#include <memory>

#include "tests/run_file_sample.h"
#include "timeline/run_file.h"

using namespace kvf;
using namespace kvf::gui;

class OpenerTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void a_file_is_read_anew_when_it_is_asked_for_again() {
    test::TemporaryFolder folder;
    const auto write = [&](const char* name, const char* label) {
      const std::string file = (folder.path / name).string();
      std::filesystem::remove(file);
      RunInfo info = test::sample_info();
      info.label = label;
      RunFileWriter writer(file, {});
      writer.write_run(info, test::sample_timeline());
      writer.finish();
      return QString::fromStdString(file);
    };
    const QString a = write("a.kvf", "first");
    const QString b = write("b.kvf", "other");
    Opener opener;
    std::shared_ptr<const Document> document;
    connect(&opener, &Opener::document_ready, this,
            [&](std::shared_ptr<const Document> ready) { document = std::move(ready); });
    opener.open({a, b});
    QTRY_VERIFY(document && document->complete);
    QCOMPARE(document->runs.size(), std::size_t{2});
    write("a.kvf", "second");
    opener.open({a});
    QTRY_VERIFY(document->complete && document->runs[0]->label == "second");
    QCOMPARE(document->runs.size(), std::size_t{2});
    QCOMPARE(document->files, (std::vector<std::string>{a.toStdString(), b.toStdString()}));
    QCOMPARE(document->runs[1]->label, std::string("other"));
    // By another name, too.
    write("b.kvf", "third");
    opener.open({folder.path.c_str() + QString("/./b.kvf")});
    QTRY_VERIFY(document->complete && document->runs[1]->label == "third");
    QCOMPARE(document->files, (std::vector<std::string>{a.toStdString(), b.toStdString()}));
    // One that has gone says so, and no longer shows what it had.
    std::filesystem::remove(b.toStdString());
    opener.open({b});
    QTRY_VERIFY(document->complete && document->errors.size() == 1);
    QCOMPARE(document->runs.size(), std::size_t{1});
  }
};

QTEST_GUILESS_MAIN(OpenerTest)
#include "opener_test.moc"
