// SPDX-License-Identifier: GPL-3.0-or-later
// Two models on the same validation images, side by side, before one takes the other's place: AP, AP50 and AP75, AP of
// each class, and in how many images each did better. It says in words what it means, and how far few images can be
// trusted.
#pragma once

#include <QDialog>
#include <QString>

#include <memory>
#include <string>
#include <vector>

namespace fcoscope {

struct ComparedClass {
    std::string name;
    double before = -1, after = -1;  ///< AP; −1: not measured (the model does not know the class, or there is no label)
    int labels = 0;
};
struct ComparedModels {
    QString before, after;  ///< names
    double apBefore = -1, apAfter = -1, ap50Before = -1, ap50After = -1, ap75Before = -1, ap75After = -1;
    std::vector<ComparedClass> classes;
    int images = 0, better = 0, worse = 0;  ///< images in which the new one's F1 at its threshold is higher, lower
};

class ModelComparison : public QDialog {
    Q_OBJECT
public:
    explicit ModelComparison(QWidget *parent = nullptr);
    ~ModelComparison() override;
    void setProgress(double fraction);  ///< both are being measured
    void setCompared(const ComparedModels &compared);
    void setFailed(const QString &reason);  ///< it can still be used, unmeasured

Q_SIGNALS:
    void useWanted();   ///< accepted
    void keepWanted();  ///< rejected

protected:
    void changeEvent(QEvent *event) override;

private:
    void retranslate();
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace fcoscope
